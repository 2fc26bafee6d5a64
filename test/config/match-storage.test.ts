import { parseConfig } from '../../src/config/load';
import { matchStorage } from '../../src/config/match-storage';
import { soundConfig } from './written-config';

const keys = 'access-key: "${env:A}", secret-key: "${env:B}"';
const config = parseConfig(
  soundConfig().replace(
    'near: { kind: directory, path: /srv/backups }',
    `near: { kind: directory, path: /srv/backups }
  aws: { kind: s3, bucket: backups, prefix: prod, region: eu-central-1, ${keys} }
  own: { kind: s3, bucket: backups, endpoint: "https://s3:9000", ${keys} }`,
  ),
  'holdfast.yaml',
);

describe('the configured storage at a place', () => {
  test('is found by bucket and path, and by endpoint and region where they are said', () => {
    expect(matchStorage(config, { bucket: 'backups', path: 'prod' })).toBe('aws');
    expect(matchStorage(config, { bucket: 'backups' })).toBe('own');
    expect(matchStorage(config, { bucket: 'backups', endpoint: 'https://s3:9000', region: 'us-east-1' })).toBe('own');
  });

  test('is none where anything differs', () => {
    expect(matchStorage(config, { bucket: 'other' })).toBeUndefined();
    expect(matchStorage(config, { bucket: 'backups', path: 'test' })).toBeUndefined();
    expect(matchStorage(config, { bucket: 'backups', path: 'prod', region: 'us-east-1' })).toBeUndefined();
    expect(matchStorage(config, { bucket: 'backups', endpoint: 'https://elsewhere' })).toBeUndefined();
  });
});
