// Translation functions by the names that blocks call.
export { gettext, ngettext } from "../lib/texts";

type Values = Record<string, unknown> | unknown[];

/** Fill `%s` from a list, or `%(name)s` from an object where `named` is true. */
export function interpolate(format: string, values: Values, named = false): string {
  if (named && !Array.isArray(values)) {
    return format.replace(/%\(\w+\)s/g, (match) => String(values[match.slice(2, -2)]));
  }
  const rest = Array.isArray(values) ? [...values] : [];
  return format.replace(/%s/g, () => String(rest.shift()));
}

/** Fill `{name}` from an object. */
export function fill(format: string, values: Record<string, unknown>): string {
  return format.replace(/{(\w+)}/g, (match, name: string) => (name in values ? String(values[name]) : match));
}
