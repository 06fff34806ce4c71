// `connector.client.config.override.policy`: which options of its clients a connector may set.
import { CdcError } from '../../base/errors.ts'

/** Says why an option may not be overridden; null where it may. `option`: without prefix. */
export type OverridePolicy = (option: string) => string | null

const PACKAGE = 'org.apache.kafka.connect.connector.policy.'
const SUFFIX = 'ConnectorClientConfigOverridePolicy'
const PRINCIPAL = ['sasl.jaas.config', 'sasl.mechanism', 'security.protocol']

/** The policy of a worker; All unless given. Errors: CDC_CONFIG_INVALID for a policy that does not exist. */
export function readOverridePolicy(settings: Readonly<Record<string, string>>): OverridePolicy {
  const given = settings['connector.client.config.override.policy']?.trim() || 'All'
  const name = given.replace(PACKAGE, '').replace(SUFFIX, '')
  const listed = (settings['connector.client.config.override.allowlist'] ?? '')
    .split(',')
    .map((option) => option.trim())
  const allowed: Readonly<Record<string, readonly string[] | null>> = {
    All: null,
    None: [],
    Principal: PRINCIPAL,
    Allowlist: listed,
  }
  if (!Object.hasOwn(allowed, name))
    throw new CdcError(
      'CDC_CONFIG_INVALID',
      `Invalid value ${given} for configuration connector.client.config.override.policy`,
      { hint: `Known are ${Object.keys(allowed).join(', ')}.` },
    )
  const options = allowed[name]!
  return (option) =>
    options === null || options.includes(option)
      ? null
      : `The '${name}' policy does not allow '${option}' to be overridden in the connector configuration.`
}
