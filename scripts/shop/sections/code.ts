import { loose, ours, type Section } from './section';

/** Functions and what is made of them. */
export const codeSections: readonly Section[] = [
  {
    name: 'function',
    sql: `SELECT p.oid::regprocedure::text AS item, CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) ELSE (
        SELECT (to_jsonb(a) - '{aggfnoid,aggtranstype,aggmtranstype,aggsortop}'::text[] || jsonb_build_object(
          'state', aggtranstype::regtype,
          'moving', aggmtranstype::regtype,
          'sort', aggsortop::regoperator,
          'parallel', p.proparallel))::text
        FROM pg_aggregate a WHERE a.aggfnoid = p.oid) END AS value
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
      WHERE ${ours} AND ${loose('pg_proc', 'p')}`,
  },
  {
    name: 'cast',
    sql: `SELECT identified.identity AS item,
        format('%s %s %s', c.castfunc::regprocedure, c.castcontext, c.castmethod) AS value
      FROM pg_cast c, pg_identify_object('pg_cast'::regclass, c.oid, 0) identified
      WHERE c.oid >= 16384`,
  },
  {
    name: 'operator',
    sql: `SELECT o.oid::regoperator::text AS item, jsonb_build_object(
        'function', o.oprcode,
        'result', o.oprresult::regtype,
        'commutator', o.oprcom::regoperator,
        'negator', o.oprnegate::regoperator,
        'restrict', o.oprrest,
        'join', o.oprjoin,
        'merges', o.oprcanmerge,
        'hashes', o.oprcanhash)::text AS value
      FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace
      WHERE ${ours} AND ${loose('pg_operator', 'o')}`,
  },
];
