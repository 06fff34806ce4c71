// One option of a plugin, as Connect's REST API describes it. Tables of these are the single source of names, types and defaults.

/** Type words of Connect's configuration. */
export type ConfigType = 'BOOLEAN' | 'CLASS' | 'DOUBLE' | 'INT' | 'LIST' | 'LONG' | 'PASSWORD' | 'SHORT' | 'STRING'

/** How much an option matters. */
export type Importance = 'HIGH' | 'MEDIUM' | 'LOW'

/** Width of the input field that a form should offer. */
export type Width = 'NONE' | 'SHORT' | 'MEDIUM' | 'LONG'

/** The `definition` object of Connect's REST answers, member for member and in this order. */
export interface ConfigDefinition {
  readonly name: string
  readonly type: ConfigType
  readonly required: boolean
  readonly default_value: string | null
  readonly importance: Importance
  readonly documentation: string
  readonly group: string | null
  readonly order_in_group: number
  readonly width: Width
  readonly display_name: string
  readonly dependents: readonly string[]
}

/** One line of a definition table. */
export function define(
  name: string,
  type: ConfigType,
  required: boolean,
  defaultValue: string | null,
  importance: Importance,
  group: string | null,
  orderInGroup: number,
  width: Width,
  displayName: string,
  documentation: string,
  dependents: readonly string[] = [],
): ConfigDefinition {
  return {
    name,
    type,
    required,
    default_value: defaultValue,
    importance,
    documentation,
    group,
    order_in_group: orderInGroup,
    width,
    display_name: displayName,
    dependents,
  }
}

/** The `value` object of a validation answer. */
export interface ConfigValue {
  readonly name: string
  readonly value: string | null
  readonly recommended_values: readonly string[]
  readonly errors: readonly string[]
  readonly visible: boolean
}

/** One entry of a validation answer; `definition` is null for undeclared options, `value` for one that has none. */
export interface ConfigEntry {
  readonly definition: ConfigDefinition | null
  readonly value: ConfigValue | null
}

/** The whole answer of `PUT /connector-plugins/{plugin}/config/validate`. */
export interface ConfigInfos {
  readonly name: string
  readonly error_count: number
  readonly groups: readonly string[]
  readonly configs: readonly ConfigEntry[]
}
