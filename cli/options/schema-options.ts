/**
 * Flags from schemas: systems, workloads and hosts declare their options once, as zod objects with descriptions and
 * defaults; no flag of a system is written by hand.
 */
import { type Command, Option } from 'commander';
import { z } from 'zod';
import { OrdealError } from '../../harness/errors/ordeal-error.ts';
import { parseDuration } from '../../harness/time/units.ts';

/** One option as a schema describes it. */
export interface SchemaOption {
  /** The key in the configuration: `maxLag`. */
  readonly key: string;
  /** The flag: `--max-lag`. */
  readonly flag: string;
  readonly kind: 'boolean' | 'number' | 'string' | 'list';
  readonly choices: readonly string[];
  readonly description: string;
  readonly defaultValue: unknown;
}

interface JsonProperty {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonProperty[];
  readonly const?: unknown;
  readonly description?: string;
  readonly default?: unknown;
}

/** The options of a schema; none where it is no zod object. */
export function schemaOptions(schema: unknown): SchemaOption[] {
  if (!(schema instanceof z.ZodType)) return [];
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as { properties?: Record<string, JsonProperty> };
  return Object.entries(json.properties ?? {}).map(([key, property]) => ({
    key,
    flag: `--${kebab(key)}`,
    kind: kindOf(property),
    choices: choicesOf(property),
    description: property.description ?? '',
    defaultValue: property.default,
  }));
}

/** Adds the options of a schema to a command under a heading, but for flags that it has already. */
export function addSchemaOptions(command: Command, schema: unknown, heading: string): void {
  for (const option of schemaOptions(schema)) {
    if (command.options.some((existing) => existing.long === option.flag)) continue;
    for (const flag of flagsOf(option)) command.addOption(flag.helpGroup(heading));
  }
}

/** A switch can be turned on and off; help shows the one that changes something. */
function flagsOf(option: SchemaOption): Option[] {
  if (option.kind === 'boolean') {
    const on = new Option(option.flag, describe(option));
    const off = new Option(option.flag.replace(/^--/, '--no-'), describe(option));
    return [on.hideHelp(option.defaultValue === true), off.hideHelp(option.defaultValue !== true)];
  }
  const described = new Option(`${option.flag} <${PLACEHOLDERS[option.kind]}>`, describe(option));
  return [option.choices.length > 0 && option.kind !== 'list' ? described.choices([...option.choices]) : described];
}

const PLACEHOLDERS = { number: 'n', list: 'a,b', string: 'value' } as const;

/** Picks from parsed flags what belongs to a schema, with numbers and lists read. Throws ORDEAL_BAD_OPTION. */
export function pickSchemaOptions(schema: unknown, flags: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const picked: Record<string, unknown> = {};
  for (const option of schemaOptions(schema)) {
    const given = flags[camel(option.flag)];
    if (given !== undefined) picked[option.key] = readValue(option, given);
  }
  return picked;
}

function readValue(option: SchemaOption, given: unknown): unknown {
  if (option.kind === 'list') return String(given).split(',');
  if (option.kind !== 'number') return given;
  const text = String(given);
  const value = option.key.endsWith('Ms') && /[a-z]/.test(text) ? parseDuration(text, option.flag) / 1e6 : Number(text);
  if (Number.isFinite(value)) return value;
  throw new OrdealError('ORDEAL_BAD_OPTION', { what: `"${text}" is not a number`, where: option.flag, value: given });
}

function describe(option: SchemaOption): string {
  const fallback = option.defaultValue === undefined ? '' : ` (default: ${JSON.stringify(option.defaultValue)})`;
  return `${option.description}${fallback}`;
}

function kindOf(property: JsonProperty): SchemaOption['kind'] {
  if (property.type === 'boolean') return 'boolean';
  if (property.type === 'number' || property.type === 'integer') return 'number';
  if (property.type === 'array') return 'list';
  const inner = property.anyOf?.map(kindOf) ?? [];
  return inner.length > 0 && inner.every((kind) => kind === inner[0]) ? inner[0]! : 'string';
}

function choicesOf(property: JsonProperty): string[] {
  const values = property.enum ?? (property.const === undefined ? [] : [property.const]);
  return [...values.filter((value) => typeof value === 'string'), ...(property.anyOf ?? []).flatMap(choicesOf)];
}

const kebab = (name: string): string => name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);
const camel = (flag: string): string => flag.replace(/^--/, '').replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
