import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ServiceConfig } from '../config/database-schema';
import { failure } from '../model/errors';
import { commandService } from './command';
import { noService } from './none';
import { pgCtlService } from './pg-ctl';
import { ServerEnvironment } from './server-environment';
import type { Service } from './service';
import { systemdService } from './systemd';

export interface ServicePlace {
  /** The unit's name, for messages and for the name of its output file. */
  readonly unit: string;
  /** Needed by kind pg_ctl. */
  readonly dataDirectory?: string;
  /** The agent's own; made if absent. */
  readonly stateFolder: string;
  /** Of the engine's tools; a service's own setting comes first. */
  readonly binDirectory?: string;
}

/** The service of one unit. Throws `configuration-invalid` where the kind needs what the unit does not have. */
export function openService(config: ServiceConfig, place: ServicePlace): Service {
  const { unit } = place;
  switch (config.kind) {
    case 'none':
      return noService(unit);
    case 'systemd':
      return systemdService({ unit, systemdUnit: config.unit });
    case 'command':
      return commandService({ ...config, unit, outputFile: outputFileOf(place), environment: environmentOf(place) });
    case 'pg_ctl':
      return pgCtlService({
        unit,
        dataDirectory: neededDirectory(place),
        binDirectory: config['bin-directory'] ?? place.binDirectory,
        logFile: config['log-file'],
        options: config.options,
        outputFile: outputFileOf(place),
        environment: environmentOf(place),
      });
  }
}

function neededDirectory({ unit, dataDirectory }: ServicePlace): string {
  if (dataDirectory !== undefined) return dataDirectory;
  const problems = `unit "${unit}" has a service of kind pg_ctl and no data-directory`;
  throw failure('configuration-invalid', { file: 'holdfast.yaml', problems });
}

function environmentOf({ unit, stateFolder, dataDirectory }: ServicePlace): ServerEnvironment {
  return new ServerEnvironment({ unit, stateFolder, dataDirectory });
}

function outputFileOf({ unit, stateFolder }: ServicePlace): string {
  mkdirSync(stateFolder, { recursive: true, mode: 0o700 });
  return join(stateFolder, `service-${unit.replaceAll(/[^A-Za-z0-9._-]/g, '_')}.log`);
}
