import path from 'node:path';

/** What `holdfast init` knows about the first database. */
export interface TemplateValues {
  /** Key of the database in the configuration, and its name in the server. */
  readonly databaseName: string;
  /** Where the server keeps its data; physical and cold backups need it. */
  readonly dataDirectory?: string;
  /** The systemd unit that runs the server, for instance postgresql@15-main. */
  readonly unit?: string;
  /** Where the server listens; 5432 if absent. */
  readonly port?: number;
  /** Folder for the agent's state and, until S3 is set up, for artefacts; /var/lib/holdfast if absent. */
  readonly folder?: string;
  /** The schema for editors: a path or URL. The one of this installation if absent. */
  readonly schema?: string;
}

/** The text that `holdfast init` writes: commented, and valid as it stands once SHOP_PASSWORD (or what the name gives) is set. */
export function configTemplate(values: TemplateValues = { databaseName: 'shop' }): string {
  const { databaseName, folder = '/var/lib/holdfast', schema = ownSchema() } = values;
  return `# yaml-language-server: $schema=${schema}
# What Holdfast protects, and where the backups go. Every key: docs/configuration.md. Check it with: holdfast doctor

# The worker processes beside databases, one on each database host.
agents:
  local:
    state: ${quoted(folder)}

# The places for backups. Secrets are references, \${env:NAME} or \${file:/path}; never the secret itself.
storages:
  near:
    kind: directory
    path: ${quoted(path.posix.join(folder, 'backups'))}
  # far:
  #   kind: s3
  #   bucket: my-backups
  #   region: eu-central-1
  #   access-key: \${env:S3_ACCESS_KEY}
  #   secret-key: \${env:S3_SECRET_KEY}
  #   # A server of your own:
  #   # endpoint: https://s3.example.org:9000
  #   # uri-style: path

databases:
  ${quoted(databaseName)}:
    engine: postgresql
    storage: near
    database: ${quoted(databaseName)}
    user: postgres
    # Leave it out for peer or trust authentication.
    password: \${env:${passwordVariable(databaseName)}}
    units:
      - name: ${quoted(`${databaseName}/0`)}
        agent: local
        host: 127.0.0.1
        port: ${values.port ?? 5432}
${unitDetails(values)}
    backup:
      # Or physical (pg_basebackup), or cold (the server is stopped and its data directory copied).
      method: logical
    restore:
      # The data that a restore replaces is set aside this long.
      keep-previous: 24h
    # Backups that start by themselves; put them into effect with: holdfast schedule apply
    schedules:
      - name: nightly
        cron: "0 1 * * *"
`;
}

/** The environment variable that the template takes a database's password from. */
export function passwordVariable(databaseName: string): string {
  const word = databaseName.toUpperCase().replace(/[^A-Z0-9]+/g, '_');
  return `${/^[A-Z]/.test(word) ? '' : 'DB_'}${word}_PASSWORD`;
}

function unitDetails({ dataDirectory, unit }: TemplateValues): string {
  const directory =
    dataDirectory === undefined
      ? '# data-directory: /var/lib/postgresql/15/main'
      : `data-directory: ${quoted(dataDirectory)}`;
  const service =
    unit === undefined
      ? '# service: { kind: systemd, unit: postgresql@15-main }'
      : `service: { kind: systemd, unit: ${quoted(unit)} }`;
  return `        # Physical and cold backups need the data directory; whatever stops the server needs its service.
        ${directory}
        ${service}`;
}

/** Plain where YAML takes it as the same text, else in double quotes. */
function quoted(text: string): string {
  const plain = /^[A-Za-z/][A-Za-z0-9_./@-]*$/.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text);
  return plain ? text : JSON.stringify(text);
}

function ownSchema(): string {
  return path.resolve(__dirname, '..', '..', 'docs', 'holdfast.schema.json');
}
