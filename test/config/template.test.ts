import { existsSync } from 'node:fs';
import { parseConfig } from '../../src/config/load';
import { configTemplate, passwordVariable } from '../../src/config/template';

describe('the text that init writes', () => {
  test('is sound as it stands, and names the schema of this installation to editors', () => {
    const text = configTemplate({ databaseName: 'shop' });
    const config = parseConfig(text, 'holdfast.yaml');
    expect(config.databases['shop']?.password).toBe('${env:SHOP_PASSWORD}');
    const schema = /^# yaml-language-server: \$schema=(.+)\n/.exec(text)?.[1];
    expect(existsSync(String(schema))).toBe(true);
  });

  test('is sound for what was found on this machine, cold backups included', () => {
    const values = {
      databaseName: 'my.shop-2',
      dataDirectory: '/var/lib/pg data',
      unit: 'postgresql@15-main',
      port: 5433,
    };
    const text = configTemplate(values).replace('method: logical', 'method: cold');
    expect(parseConfig(text, 'holdfast.yaml').databases['my.shop-2']?.units[0]).toMatchObject({
      port: 5433,
      'data-directory': '/var/lib/pg data',
      service: { kind: 'systemd', unit: 'postgresql@15-main' },
    });
  });

  test.each(['no', 'true', '12', '1.10', 'null', 'Shop'])('a database named %s stays a name', (databaseName) => {
    const config = parseConfig(configTemplate({ databaseName }), 'holdfast.yaml');
    expect(config.databases[databaseName]?.database).toBe(databaseName);
  });

  test('the alternatives in its comments are sound too', () => {
    const opened = configTemplate({ databaseName: 'shop' })
      .replace(/^( +)# ( *\w[\w-]*:( |$)|#)/gm, '$1$2')
      .replace(/^ *# *#.*$/gm, '');
    expect(() => parseConfig(opened, 'holdfast.yaml')).not.toThrow();
    expect(parseConfig(opened, 'holdfast.yaml').storages['far']?.kind).toBe('s3');
  });

  test('a password variable is one that a shell can set', () => {
    expect(passwordVariable('my.shop-2')).toBe('MY_SHOP_2_PASSWORD');
    expect(passwordVariable('2shop')).toBe('DB_2SHOP_PASSWORD');
  });
});
