import { holdName } from '../../src/agent/only-name';
import { tellAndStay } from './tell-and-stay';

/** `hold-name.ts NAMESPACE FOLDER`: takes the name "db1" there, says how that ended, and stays until it is killed. */
const [namespace = '', folder = ''] = process.argv.slice(2);
void tellAndStay(holdName('db1', namespace, { folders: [folder], warn: (text) => process.stdout.write(`${text}\n`) }));
