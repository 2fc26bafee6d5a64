import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { quietly } from './quietly.mjs';
import { during } from './screen.mjs';
import { commandsFor, spelled } from './system.mjs';

/** Waits for another package manager's lock instead of failing on it. */
const patient = ['-o', 'DPkg::Lock::Timeout=300'];
const unattended = {
  DEBIAN_FRONTEND: 'noninteractive',
  APT_LISTCHANGES_FRONTEND: 'none',
  NEEDRESTART_SUSPEND: '1',
};
const clusterSettings = '/etc/postgresql-common/createcluster.d';

/** Whether set-up installs by itself here: only as root, and only where it knows how. */
export const installsItself = ({ root, manager }) => root && manager === 'apt-get';

/** What to tell a person who must install the parts. */
export function explain(missing, machine) {
  const what = missing.map((part) => part.what).join('; ');
  const commands = commandsFor(missing, machine);
  if (commands.length === 0) return `missing: ${what}\n      install it with your system's package manager`;
  return `missing: ${what}\n      install with: ${spelled(commands, machine)}`;
}

/** Installs the parts with apt, without a question and without a word. */
export async function install(missing, machine) {
  const names = missing.map((part) => part.what).join(', ');
  await during(`installing ${names}`, async () => {
    // a run that was cut off may have left packages unpacked but not configured
    await apt('dpkg', ['--configure', '-a']);
    for (const [program, ...args] of commandsFor(missing, machine)) {
      if (program === 'node') await quietly(process.execPath, args);
      else if (args.includes('postgresql')) await withoutDefaultCluster(() => apt(program, withPatience(args)));
      else await apt(program, withPatience(args));
    }
    return `installed ${names}`;
  });
}

function withPatience([verb, ...rest]) {
  return verb === 'install' ? [verb, ...patient, '--no-install-recommends', ...rest] : [verb, ...patient, ...rest];
}

function apt(program, args) {
  return quietly(program, args, { env: { ...process.env, ...unattended }, mayOutlive: true });
}

/** Debian makes and starts a cluster with the package. The tests start their own servers, so this machine gets no idle one. */
async function withoutDefaultCluster(installing) {
  await apt('apt-get', withPatience(['install', '-y', 'postgresql-common']));
  const setting = path.join(clusterSettings, 'holdfast-setup.conf');
  const ownFolder = !existsSync(clusterSettings);
  mkdirSync(clusterSettings, { recursive: true });
  writeFileSync(setting, 'create_main_cluster = false\n');
  try {
    await installing();
  } finally {
    rmSync(setting, { force: true });
    if (ownFolder) rmSync(clusterSettings, { recursive: true, force: true });
  }
}
