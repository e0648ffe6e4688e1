const YEAR_SECONDS = 365 * 24 * 3600;

export function readCookie(name: string): string {
  const prefix = `${name}=`;
  const part = document.cookie.split("; ").find((item) => item.startsWith(prefix));
  // The server puts quotes around a value that holds a slash.
  return part ? part.slice(prefix.length).replace(/^"(.*)"$/, "$1") : "";
}

/** Keep a value that needs no quoting (a time zone, a word), as it is: servers do not decode cookies. */
export function writeCookie(name: string, value: string): void {
  const age = value ? YEAR_SECONDS : 0;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${name}=${value}; Path=/; Max-Age=${age}; SameSite=Lax${secure}`;
}
