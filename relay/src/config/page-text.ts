/** The part of `docs/configuration.md` that is not in the schema. */

/** Everything before the tables. */
export const introduction = `# Configuration

<!-- Generated from relay/src/config by tools/generate-docs.mjs: change it there. -->

The relay is configured by one file, by environment variables, or by both. Nothing else is read. A configuration that is
wrong in any part starts nothing: the relay tells everything that is wrong at once, each with its place, what was expected and
what was there, and exits with code 78.

Complete files are in [examples](examples). [configuration.schema.json](configuration.schema.json) is the JSON Schema of a file; an
editor that understands YAML takes it from this line at the top of the file:

\`\`\`yaml
# yaml-language-server: $schema=<where this repository is>/docs/configuration.schema.json
\`\`\`

## The shortest start

Two variables and no file serve one Flagsmith environment to this machine, without keys:

\`\`\`sh not-run: an account
export SWITCHYARD_ENVIRONMENTS__PRODUCTION__UPSTREAM__TYPE=flagsmith
export SWITCHYARD_ENVIRONMENTS__PRODUCTION__UPSTREAM__ENVIRONMENT_KEY=ser.your-server-side-key
npx @switchyard/relay
\`\`\`

From a clone, \`npm ci && npm run build\` comes first.

## The file

YAML 1.2 or JSON; \`SWITCHYARD_CONFIG\` or \`--config\` names it. Keys that are no setting and keys that are written twice are
errors. Paths in the file count from the folder that it is in.

\`\`\`sh
npx @switchyard/relay check --config switchyard.yaml # says what is wrong, and starts nothing
npx @switchyard/relay serve --config switchyard.yaml
\`\`\`

## Environment variables

Every setting has a variable, and it means the same: \`SWITCHYARD_\`, then the path in capital letters, words joined by \`_\` and
levels by \`__\`. Items of a list are numbered from 0.

| in the file | as a variable |
| --- | --- |
| \`server: { maxBodyBytes: 65536 }\` | \`SWITCHYARD_SERVER__MAX_BODY_BYTES=65536\` |
| \`environments: { eu-west: { serverKeys: [first] } }\` | \`SWITCHYARD_ENVIRONMENTS__EU_WEST__SERVER_KEYS__0=first\` |
| \`token: { fromFile: /run/secrets/token }\` | \`..._TOKEN__FROM_FILE=/run/secrets/token\` |

A variable wins over the file, one setting at a time. Names that users choose are lower case with hyphens: \`EU_WEST\` is \`eu-west\`.
A variable without a value counts as not set. Paths in variables count from the working directory. A variable that begins with
\`SWITCHYARD_\` and is no setting is an error, except those that Kubernetes makes for a service called \`switchyard\`.

## Secrets

A setting whose value may be \`\${VARIABLE}\` or \`{ fromFile: path }\` is a secret, and no message ever shows it. It is written in
one of three ways:

\`\`\`yaml
token: 'the secret itself'
token: '\${MANAGEMENT_TOKEN}' # from an environment variable; also inside a longer text: 'Bearer \${TOKEN}'
token: { fromFile: /run/secrets/token } # from a file; one line break at its end is not part of it
\`\`\`

Inside \`{ }\` and \`[ ]\` YAML wants \`'\${VARIABLE}'\` in quotes. \`$\${\` stands for \`\${\` itself. A variable that is not set or
empty, and a file that is missing or empty, are errors.

## Values

Durations have a unit: \`250ms\`, \`10s\`, \`5m\`, \`1h\`. Sizes are whole numbers of bytes. A key without a value (\`null\`) is an error.

## Settings`

/** What the table of an environment does not say. */
export const keysText = `\`<name>\` is yours to choose: at most 63 lower case letters, digits and hyphens. There may be many environments, each with its own
upstream and its own keys; a key stands in one place only, because it tells the environment and the audience.

A key may have a date: \`{ key: '\${OLD_KEY}', validUntil: 2027-01-31T18:00:00Z }\`. From then on it opens nothing
([rotating a key](reload.md#rotating-a-key)). Keys that have expired are keys: an environment does not become open when its last one does.

An environment without any key is served without keys. It must be the only one, and the data plane then listens on loopback
only, unless \`keyless.allowNonLoopback\` is \`true\`.`
