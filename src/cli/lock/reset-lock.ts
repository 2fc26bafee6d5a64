import { lockOf, readConfig } from '../../client/configuration';
import { resetLock } from '../../workers/reset-lock';
import type { CliContext } from '../command';

/** `holdfast lock reset`. */
export async function resetLockHere({ screen, configPath }: CliContext, name: string): Promise<void> {
  const { config } = await readConfig(configPath);
  const lock = lockOf(config, name);
  const agents = await resetLock(config, lock);
  const text = `${agents.join(', ')}: obeys what is given of "${lock}" from now on; jobs that hold it already are refused here`;
  screen.answer({ lock, agents }, text);
}
