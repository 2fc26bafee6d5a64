import { engineMethods, type MethodNeeds } from '../engine-methods';
import type { Finding } from '../problem';
import { listed, type Named, ofEachDatabase } from './rule';

/** A method, with the mode chosen for it, as the defaults or one schedule of a database have it. */
interface Choice {
  readonly method: string;
  readonly mode: string | undefined;
  readonly path: readonly PropertyKey[];
}

/** The engine offers each method that is chosen. */
export const methodOffered = ofEachDatabase((named) => {
  const offered = methodsOf(named);
  return choices(named).flatMap(({ method, path }) =>
    offered === undefined || Object.hasOwn(offered, method)
      ? []
      : [
          {
            path: [...path, 'method'],
            message: `no method "${method}": offered are ${Object.keys(offered).join(', ')}`,
          },
        ],
  );
});

/** Each chosen mode fits its method. */
export const modeOffered = ofEachDatabase((named) =>
  choices(named).flatMap(({ method, mode, path }) => {
    const modes: readonly string[] | undefined = needsOf(named, method)?.modes;
    if (mode === undefined || modes === undefined || modes.includes(mode)) return [];
    return [
      { path: [...path, 'mode'], message: `method "${method}" does not run "${mode}": it runs ${modes.join(', ')}` },
    ];
  }),
);

/** A method that works on the data directory is told where that is, on every unit. */
export const dataDirectoryGiven = ofEachDatabase((named) => {
  const methods = choices(named).filter(({ method }) => needsOf(named, method)?.dataDirectory);
  return eachUnitLacking(named, methods, 'data-directory', (unit) => unit['data-directory'] === undefined);
});

/** A method or mode that stops the database has a service to stop, on every unit. */
export const serviceCanStop = ofEachDatabase((named) => {
  const stopping = choices(named).filter(({ method, mode }) => {
    const modes = needsOf(named, method)?.modes ?? [];
    return modes.includes('offline') && (mode ?? modes[0]) === 'offline';
  });
  const unstoppable = (kind: string | undefined) => kind === undefined || kind === 'none';
  return eachUnitLacking(named, stopping, 'service that can be stopped', (unit) => unstoppable(unit.service.kind));
});

/** pg_ctl works on a data directory. */
export const pgCtlKnowsItsDirectory = ofEachDatabase(({ database, path }) =>
  database.units.flatMap((unit, index) =>
    unit.service.kind === 'pg_ctl' && unit['data-directory'] === undefined
      ? [{ path: [...path, 'units', index], message: 'a service of kind "pg_ctl" needs the unit\'s data-directory' }]
      : [],
  ),
);

/** A parallel dump is a directory of files, which cannot be streamed. */
export const parallelDumpIsStaged = ofEachDatabase(({ database: { backup }, path }) =>
  backup.jobs > 1 && backup.transfer === 'streamed'
    ? [{ path: [...path, 'backup', 'transfer'], message: '"streamed" needs jobs: 1; a parallel dump is staged' }]
    : [],
);

function choices({ database, path }: Named): Choice[] {
  const { method = 'logical', mode } = database.backup;
  const own: Choice = { method, mode, path: [...path, 'backup'] };
  return [
    own,
    ...database.schedules.flatMap((schedule, index) => {
      if (schedule.method === undefined && schedule.mode === undefined) return [];
      // A schedule with a method of its own takes that method's default mode, not the database's.
      const inherited = schedule.method === undefined ? mode : undefined;
      return [
        {
          method: schedule.method ?? method,
          mode: schedule.mode ?? inherited,
          path: [...path, 'schedules', index],
        },
      ];
    }),
  ];
}

function eachUnitLacking(
  named: Named,
  because: readonly Choice[],
  lacking: string,
  lacks: (unit: Named['database']['units'][number]) => boolean,
): Finding[] {
  const methods = [...new Set(because.map(({ method }) => method))];
  if (methods.length === 0) return [];
  return named.database.units.flatMap((unit, index) =>
    lacks(unit)
      ? [{ path: [...named.path, 'units', index], message: `needs a ${lacking} for method ${listed(methods, '')}` }]
      : [],
  );
}

/** undefined where the engine itself is unknown, which the schema says. */
function methodsOf({ database }: Named): Readonly<Record<string, MethodNeeds>> | undefined {
  const { engine } = database;
  return engine !== undefined && Object.hasOwn(engineMethods, engine) ? engineMethods[engine] : undefined;
}

function needsOf(named: Named, method: string): MethodNeeds | undefined {
  const offered = methodsOf(named);
  return offered !== undefined && Object.hasOwn(offered, method) ? offered[method] : undefined;
}
