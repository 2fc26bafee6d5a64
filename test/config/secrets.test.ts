import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SecretReference } from '../../src/config/fields';
import { resolveSecret } from '../../src/config/secrets';

const key = 'databases.shop.password';
const resolve = (text: string, env: Record<string, string> = {}) =>
  resolveSecret(SecretReference.parse(text), key, env);

describe('a secret in the environment', () => {
  test('is resolved as it stands', async () => {
    await expect(resolve('${env:SHOP}', { SHOP: ' pass word\n' })).resolves.toBe(' pass word\n');
  });

  test.each([
    ['unset', {}, 'the variable is not set'],
    ['empty', { SHOP: '' }, 'the variable is empty'],
    ['cut by a zero byte', { SHOP: 'pass\0word' }, 'it holds a zero byte'],
  ])('is refused when %s, naming the reference and whose it is, never the value', async (_, env, reason) => {
    await expect(resolve('${env:SHOP}', env as Record<string, string>)).rejects.toMatchObject({
      code: 'secret-unresolved',
      message: `resolve secret "\${env:SHOP}" of "${key}": ${reason}`,
    });
  });
});

describe('a secret in a file', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'holdfast-secret-'));
    file = path.join(folder, 'secret');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const put = (text: string, mode = 0o400) => {
    rmSync(file, { force: true });
    writeFileSync(file, text);
    chmodSync(file, mode);
  };
  const read = () => resolve(`\${file:${file}}`);

  test.each([
    ['hunter2\n', 'hunter2'],
    ['hunter2\r\n', 'hunter2'],
    ['hunter2', 'hunter2'],
    ['two\nlines\n\n', 'two\nlines\n'],
  ])('loses one newline at its end and nothing else: %j', async (text, secret) => {
    put(text);
    await expect(read()).resolves.toBe(secret);
  });

  test('is read anew each time, also through a link, so that a rotated secret counts', async () => {
    put('old');
    const link = path.join(folder, 'link');
    symlinkSync(file, link);
    await expect(resolve(`\${file:${link}}`)).resolves.toBe('old');
    put('new');
    await expect(resolve(`\${file:${link}}`)).resolves.toBe('new');
  });

  test('may be shared with a group, but is refused when every user can read or change it', async () => {
    put('hunter2', 0o440);
    await expect(read()).resolves.toBe('hunter2');
    for (const mode of [0o444, 0o402]) {
      put('hunter2', mode);
      await expect(read()).rejects.toMatchObject({
        code: 'secret-unresolved',
        message: expect.stringContaining(`chmod 0400 ${file}`),
      });
    }
  });

  test('is refused when missing, empty, too large or no file, without hanging', async () => {
    await expect(read()).rejects.toThrow('no such file');
    put('\n');
    await expect(read()).rejects.toThrow('the file is empty');
    put('x'.repeat(65 * 1024));
    await expect(read()).rejects.toThrow('larger than 64 KiB');
    rmSync(file);
    mkdirSync(file);
    await expect(read()).rejects.toThrow('not a plain file');
    rmSync(file, { recursive: true });
    execFileSync('mkfifo', [file]);
    await expect(read()).rejects.toThrow('not a plain file');
  });
});
