import type { JsonSchema } from '../../src/config/json-schema';
import { notice, table } from './markdown';
import { type Section, sectionsOf } from './schema-rows';

/** docs/configuration.md: every key with type, default and meaning, and the complete example. */
export function configurationPage(schema: JsonSchema, example: string): string {
  const [top, ...inner] = sectionsOf(schema);
  return `${notice}
# Configuration

One file, \`holdfast.yaml\`, says what is protected and where its backups go. It is looked for in this order: \`--config FILE\`,
\`$HOLDFAST_CONFIG\`, \`holdfast.yaml\` in this folder or one above it, \`/etc/holdfast/holdfast.yaml\`. All workers and commands read the same
file; each host needs only those secrets that are used there. \`holdfast init\` writes a first one and \`holdfast doctor\` checks
everything it names. A file with mistakes is refused with all of them at once, each with its path and line, before anything is touched.

It is YAML 1.2: \`yes\`, \`no\` and \`on\` are text, a key given twice is a mistake. Editors that know YAML schemas complete and check it by
the first line that \`holdfast init\` writes (\`# yaml-language-server: $schema=…\`); the schema is
[holdfast.schema.json](holdfast.schema.json).

**Values.** A *duration* is written \`90s\`, \`10m\`, \`24h\` or \`7d\`, a *size* \`16MiB\` or \`2GiB\`. A *name* becomes part of paths and of queue
names: letters, digits and \`._-\`, at most 63, starting with a letter or digit. A *secret reference* is \`\${env:NAME}\` or
\`\${file:/absolute/path}\`.

**Secrets** are never in the file. A reference is resolved by the worker that needs it, at the moment it needs it; a secret enters no
plan, history, log or command line. A secret's file must not be open to every user of the host (\`chmod 0400\`; in Kubernetes
\`defaultMode: 0400\`), and one newline at its end is not part of the secret.

${top ? section({ ...top, description: '' }, 'The whole file') : ''}
${inner.map((one) => section(one, `\`${one.path}\``)).join('\n')}
## What must hold between keys

- Storages and agents that databases, units and schedules name are configured; units and schedules of a database differ in name.
- A method and a mode are offered by the engine and fit each other: \`logical\` runs \`online\` or \`fenced\`, \`physical\` runs \`online\`,
  \`cold\` runs \`offline\`.
- The methods \`physical\` and \`cold\` need the \`data-directory\` of every unit, \`cold\` a \`service\` that can be stopped, and a service of kind
  \`pg_ctl\` a \`data-directory\`.
- A parallel dump (\`jobs\` above 1) is not \`streamed\`.
- Databases of one instance have the same \`lock\` as soon as one of them is copied as a whole.
- Neither an agent's folders nor a directory storage lie inside a data directory.
- A host that is a socket goes with no \`sslmode\` that demands encryption; an \`endpoint\` carries no user and password.

## Every key at work

This is [holdfast.example.yaml](holdfast.example.yaml); most of it can be left out.

\`\`\`yaml
${example.trimEnd()}
\`\`\`
`;
}

function section({ description, rows }: Section, title: string): string {
  const lines = rows.map(({ key, type, fallback, description: meaning }) => [`\`${key}\``, type, fallback, meaning]);
  const intro = description === '' ? '' : `${description[0]?.toUpperCase()}${description.slice(1)}.\n\n`;
  return `## ${title}\n\n${intro}${table(['key', 'type', 'default', 'meaning'], lines)}\n`;
}
