import { holdName } from '../../src/agent/only-name';
import { tellAndStay } from './tell-and-stay';

/** `hold-name.ts NAMESPACE`: takes the name "db1" there, says how that ended, and stays until it is killed. */
void tellAndStay(holdName('db1', process.argv[2] ?? ''));
