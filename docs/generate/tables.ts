/** Markdown tables, and tables of options from their schemas. */
import { type SchemaOption, schemaOptions } from '../../cli/options/schema-options.ts';

/** A table; `|` in cells is kept from ending them. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |\n`;
  return `${line(header)}|${'---|'.repeat(header.length)}\n${rows.map(line).join('')}`;
}

/** The options of a schema, as flags or as keys; a sentence where there are none. */
export function optionTable(schema: unknown, spelled: 'as flags' | 'as keys'): string {
  const options = schemaOptions(schema);
  if (options.length === 0) return 'No options.\n';
  const rows = options.map((option) => [
    code(spelled === 'as flags' ? option.flag : option.key),
    ...(spelled === 'as flags' ? [code(option.key)] : []),
    valuesOf(option),
    option.defaultValue === undefined ? '' : code(JSON.stringify(option.defaultValue)),
    option.description,
  ]);
  const header = spelled === 'as flags' ? ['flag', 'key', 'value', 'default', ''] : ['key', 'value', 'default', ''];
  return table(header, rows);
}

export const code = (text: string): string => `\`${text}\``;

function valuesOf({ kind, choices }: SchemaOption): string {
  return choices.length > 0 ? choices.map(code).join(', ') : kind === 'boolean' ? 'yes or no' : kind;
}
