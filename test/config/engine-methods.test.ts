import { engineMethods } from '../../src/config/engine-methods';
import { engines } from '../../src/engines/registry';

test('what the configuration is checked by is what the engines declare', () => {
  const declared = [...engines.values()].map(({ name, methods }) => [
    name,
    Object.fromEntries(Object.entries(methods).map(([method, { modes }]) => [method, modes])),
  ]);
  const checked = Object.entries(engineMethods).map(([name, methods]) => [
    name,
    Object.fromEntries(Object.entries(methods).map(([method, { modes }]) => [method, modes])),
  ]);
  expect(checked).toEqual(declared);
});

test('a method that swaps directories on restore is one that needs to know the directory', () => {
  for (const { name, methods } of engines.values()) {
    for (const [method, { swap }] of Object.entries(methods)) {
      expect([method, engineMethods[name]?.[method]?.dataDirectory]).toEqual([method, swap === 'stop']);
    }
  }
});
