import { DefaultLogger, Runtime } from '@temporalio/worker';

/** The replay of histories runs in this process and would tell of its work, as the AWS SDK would of the Node that our own `engines` names. */
export function quieten(): void {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const logging = { filter: { core: 'ERROR', other: 'ERROR' } } as const;
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined), telemetryOptions: { logging } });
}

export function say(text: string, code = 0): number {
  process.stdout.write(`${text}\n`);
  return code;
}

/** Runs a program to its end and exits with the code that it resolves to. */
export function runProgram(main: () => Promise<number>): void {
  main().then(
    (code) => process.stdout.write('', () => process.exit(code)), // what a slow reader has not taken yet goes first
    (error) => {
      process.stderr.write(`${error.stack ?? error}\n`);
      process.exit(1);
    },
  );
}
