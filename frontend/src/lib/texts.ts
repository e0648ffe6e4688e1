// Texts of scripts in the reader's language. Their catalogue (locale/*/djangojs.po) comes with the
// page as JSON; without one, and for what it lacks, the English text itself.

type Values = Record<string, string | number>;

const ORDER: Intl.LDMLPluralRule[] = ["zero", "one", "two", "few", "many", "other"];
let catalogue: Record<string, string | string[]> | undefined;

function texts(): Record<string, string | string[]> {
  catalogue ??= JSON.parse(document.getElementById("texts")?.textContent ?? "{}") as Record<string, string | string[]>;
  return catalogue;
}

export function gettext(text: string): string {
  const found = texts()[text];
  return typeof found === "string" && found !== "" ? found : text;
}

export function ngettext(singular: string, plural: string, count: number): string {
  const forms = texts()[singular];
  if (Array.isArray(forms)) return forms[formOf(count, forms.length)] ?? plural;
  return count === 1 ? singular : plural;
}

/** Which of a catalogue's forms a count takes: catalogues list them in the order of CLDR. */
function formOf(count: number, forms: number): number {
  const rule = new Intl.PluralRules(document.documentElement.lang || "en").select(count);
  if (forms === 1) return 0;
  return forms === 2 ? Number(rule !== "one") : ORDER.indexOf(rule);
}

/** Fill the `{name}` places of a translated text. */
export function fill(text: string, values: Values): string {
  return text.replace(/{(\w+)}/g, (place, name: string) => String(values[name] ?? place));
}
