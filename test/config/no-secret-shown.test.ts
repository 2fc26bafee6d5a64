import { parseConfig } from '../../src/config/load';
import { problemsOf } from '../../src/config/problem';
import { HoldfastError } from '../../src/model/errors';
import { soundConfig } from './written-config';

const secret = 'hunter2-very-secret';

const slips: readonly [string, string][] = [
  ['a literal password', `    password: ${secret}\n`],
  ['a quoted literal', `    password: "${secret}"\n`],
  ['a reference without its end', `    password: \${env:${secret}\n`],
  ['a password that begins like an alias', `    password: *${secret}\n`],
  ['one that begins like a tag', `    password: !${secret}\n`],
  ['one that begins with a forbidden character', `    password: @${secret}\n`],
  ['one with a bad escape', `    password: "\\q${secret}"\n`],
  ['one without its closing quote', `    password: "${secret}\n`],
  ['one with a colon in it', `    password: a: ${secret}\n`],
  ['a space forgotten after the colon', `    password:${secret}\n`],
  ['the same inside braces', `    backup: { method: logical, password:${secret} }\n`],
  ['a password as a key', `    password: { ${secret}: 1 }\n`],
  ['a password as a list', `    password: [${secret}]\n`],
  ['a misspelt key', `    pasword: ${secret}\n`],
  ['a key of the wrong place', `    secret-key: ${secret}\n`],
  ['text after a quoted value', `    password: "x" ${secret}\n`],
  ['a wrong indent', `    password: x\n   user: ${secret}\n`],
];

function refused(text: string): HoldfastError {
  try {
    parseConfig(text, 'holdfast.yaml');
  } catch (error) {
    if (error instanceof HoldfastError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

describe('a secret written into the file', () => {
  test.each(slips)('%s is refused and never shown', (_, line) => {
    const error = refused(soundConfig(line));
    const everything = `${error.message} ${error.hint} ${JSON.stringify(error)} ${JSON.stringify(problemsOf(error))} ${error.stack} ${String(error.cause)}`;
    expect(error.code).toBe('configuration-invalid');
    expect(everything).not.toContain('hunter2');
  });

  test('a literal where a reference belongs is told how to be one', () => {
    const { message } = refused(soundConfig(`    password: ${secret}\n`));
    expect(message).toContain(
      'databases.shop.password (line 11): must be a reference, ${env:NAME} or ${file:/absolute/path}',
    );
  });

  test('keys of a storage, and credentials inside an endpoint, are not shown either', () => {
    const storage = `{ kind: s3, bucket: abc, access-key: ${secret}, secret-key: ${secret}, endpoint: "https://me:${secret}@s3" }`;
    const error = refused(soundConfig().replace('{ kind: directory, path: /srv/backups }', storage));
    expect(problemsOf(error)).toHaveLength(3);
    expect(error.message).not.toContain('hunter2');
  });

  const withAttributes = (...attributes: string[]) => {
    const keys = 'access-key: "${env:A}", secret-key: "${env:B}"';
    const storage = `{ kind: s3, bucket: abc, ${keys}, attributes: ${JSON.stringify(attributes)} }`;
    return soundConfig().replace('{ kind: directory, path: /srv/backups }', storage);
  };

  test("a customer's encryption key is a reference like any other, and so is what looks like one", () => {
    const literal = `X-Amz-Server-Side-Encryption-Customer-Key = ${secret}`;
    const error = refused(withAttributes('X-Amz-Meta-Team=shop', literal, 'X-Amz-Meta-Y=${ENV:NAME}'));
    expect(problemsOf(error).map(({ path, line }) => [path, line])).toEqual([
      ['storages.near.attributes[1]', 4],
      ['storages.near.attributes[2]', 4],
    ]);
    expect(error.message).not.toContain('hunter2');
    const sound = withAttributes(
      'x-amz-server-side-encryption-customer-key=${file:/run/key}',
      'X-Amz-Meta-Team=${env:T}',
    );
    expect(parseConfig(sound, 'holdfast.yaml').storages['near']).toMatchObject({ kind: 's3' });
  });
});
