import { holdName } from '../../src/agent/only-name';

/** `hold-name.ts NAMESPACE`: takes the name "db1" there, says how that ended, and stays until it is killed. */
async function main([namespace = '']: readonly string[]): Promise<void> {
  const said = await holdName('db1', namespace).then(
    () => 'mine',
    (error: Error) => error.message,
  );
  process.stdout.write(`${said}\n`);
  setInterval(() => undefined, 60_000);
}

void main(process.argv.slice(2));
