import type { Config } from '../config/schema';
import { failure } from '../model/errors';

/**
 * A server that an agent starts belongs to process 1 when the tool that started it has ended. Node waits for no process but its own children: one that
 * is killed would stay as a zombie, whose process id keeps every other server from starting. Throws `init-missing` where that is us.
 */
export function requireInit({ databases }: Config, agent: string, pid: number = process.pid): void {
  if (pid !== 1) return;
  const units = Object.values(databases).flatMap((database) => database.units);
  const started = units.find(
    ({ agent: own, service }) => own === agent && (service.kind === 'pg_ctl' || service.kind === 'command'),
  );
  if (started !== undefined) throw failure('init-missing', { agent, unit: started.name });
}
