import { openService } from '../../src/services/open-service';

/** Starts the server on the given data directory, then ends as a killed worker does. */
const [dataDirectory, stateFolder = ''] = process.argv.slice(2);
const service = openService({ kind: 'pg_ctl' }, { unit: 'shop/0', dataDirectory, stateFolder });
const call = { signal: new AbortController().signal, log: { line: () => {} }, timeout: 20_000 };
void service.start(call).then(() => process.kill(process.pid, 'SIGKILL'));
