import { lockOf } from '../../src/client/configuration';
import { parseConfig } from '../../src/config/load';

const database = (port: number, lock: string) => `
    engine: postgresql
    storage: near
    password: \${env:ANY}
    lock: ${lock}
    units: [{ name: u, agent: db1, port: ${port}, service: { kind: none } }]`;
const config = parseConfig(
  `agents: { db1: { state: /nowhere/agent } }
storages: { near: { kind: directory, path: /nowhere/near } }
databases:
  shop: ${database(5432, 'cluster')}
  crm: ${database(5432, 'cluster')}
  alone:
    engine: postgresql
    storage: near
    password: \${env:ANY}
    units: [{ name: u, agent: db1, port: 5433, service: { kind: none } }]
`,
  'holdfast.yaml',
);

test.each([
  ['shop', 'cluster'],
  ['cluster', 'cluster'],
  ['alone', 'alone'],
])('the lock named %s is %s: by its own name, as hints give it, or by its database', (name, lock) => {
  expect(lockOf(config, name)).toBe(lock);
});

test('a name that is neither a lock nor a database is unknown', () => {
  expect(() => lockOf(config, 'clutser')).toThrow('find database "clutser"');
});
