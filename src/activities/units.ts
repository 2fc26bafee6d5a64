import type { WithUnit } from '../agent/with-unit';
import type { Config } from '../config/schema';
import { resolveSecret } from '../config/secrets';
import { failure } from '../model/errors';
import { openService } from '../services/open-service';
import { type Engines, findAgent, findDatabase, findEngine, findUnit } from './configured';
import type { WithWorkFolder } from './work-folder';

export interface UnitParts {
  readonly config: Config;
  readonly agentName: string;
  readonly engines: Engines;
  readonly withWorkFolder: WithWorkFolder;
}

/** Opens units of this agent from its own configuration; secrets are read anew each time. */
export function openUnits({ config, agentName, engines, withWorkFolder }: UnitParts): WithUnit {
  return async (request, use) => {
    const { database: name, signal, report = () => {} } = request;
    const settings = findDatabase(config, name);
    const unit = findUnit(config, name, request.unit);
    if (unit.agent !== agentName) {
      throw failure('unit-unknown', { unit: unit.name, database: name, known: `agent ${unit.agent} beside it` });
    }
    const key = `databases.${name}.password`;
    const password = settings.password && (await resolveSecret(settings.password, key));
    const service = openService(unit.service, {
      unit: unit.name,
      dataDirectory: unit['data-directory'],
      stateFolder: findAgent(config, agentName).state,
      binDirectory: settings['bin-directory'],
    });
    const engine = findEngine(engines, settings.engine);
    return withWorkFolder(request, password === undefined ? [] : [password], ({ path, log }) =>
      use({
        engine,
        context: { name, config: settings, unit, password, service, workFolder: path, signal, log, report },
      }),
    );
  };
}
