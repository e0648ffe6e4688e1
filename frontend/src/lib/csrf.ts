/** The token of this page's forms; the cookie is of the same value but may be unreadable. */
export function csrfToken(): string {
  return document.querySelector<HTMLInputElement>("input[name=csrfmiddlewaretoken]")?.value ?? "";
}
