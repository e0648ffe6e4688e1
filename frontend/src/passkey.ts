// Passkeys (WebAuthn): forms marked `data-passkey` ask the browser for a credential before they are
// sent. `add` makes one, `use` and `sign-in` prove one; `sign-in` fetches its challenge when it is
// pressed, so that a page left open does not hold one that is too old.
import { gettext } from "./lib/texts";

interface Descriptor { id: string; type: "public-key"; transports?: AuthenticatorTransport[] }
type Creation = { publicKey: Omit<PublicKeyCredentialCreationOptions, "challenge" | "user" | "excludeCredentials"> & {
  challenge: string; user: { id: string; name: string; displayName: string }; excludeCredentials?: Descriptor[];
} };
type Request = { publicKey: Omit<PublicKeyCredentialRequestOptions, "challenge" | "allowCredentials"> & {
  challenge: string; allowCredentials?: Descriptor[];
} };

function toBytes(text: string): Uint8Array<ArrayBuffer> {
  const letters = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
}

function toText(bytes: ArrayBuffer | null): string | undefined {
  if (!bytes) return undefined;
  const letters = Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

const withBytes = (list: Descriptor[] | undefined) => (list ?? []).map((one) => ({ ...one, id: toBytes(one.id) }));

async function add(form: HTMLFormElement, { publicKey }: Creation): Promise<Credential | null> {
  const alone = form.querySelector<HTMLInputElement>("input[name=passwordless]")?.checked ?? false;
  return navigator.credentials.create({
    publicKey: {
      ...publicKey,
      challenge: toBytes(publicKey.challenge),
      user: { ...publicKey.user, id: toBytes(publicKey.user.id) },
      excludeCredentials: withBytes(publicKey.excludeCredentials),
      authenticatorSelection: {
        ...publicKey.authenticatorSelection,
        residentKey: alone ? "required" : "discouraged",
        requireResidentKey: alone,
        ...(alone ? { userVerification: "required" as const } : {}),
      },
    },
  });
}

async function use({ publicKey }: Request): Promise<Credential | null> {
  return navigator.credentials.get({
    publicKey: {
      ...publicKey,
      challenge: toBytes(publicKey.challenge),
      allowCredentials: withBytes(publicKey.allowCredentials),
    },
  });
}

async function optionsFor(form: HTMLFormElement): Promise<unknown> {
  if (form.dataset["passkey"] !== "sign-in") {
    return JSON.parse(document.getElementById("passkey-options")?.textContent ?? "{}");
  }
  const answer = await fetch(form.action, {
    headers: { Accept: "application/json", "X-Requested-With": "XMLHttpRequest" },
  });
  if (!answer.ok) throw new Error(`no challenge: ${answer.status}`);
  return ((await answer.json()) as { request_options: unknown }).request_options;
}

function asJson(credential: PublicKeyCredential): string {
  const { response } = credential;
  const parts: Record<string, unknown> = { clientDataJSON: toText(response.clientDataJSON) };
  if (response instanceof AuthenticatorAttestationResponse) {
    parts["attestationObject"] = toText(response.attestationObject);
    parts["transports"] = response.getTransports();
  } else if (response instanceof AuthenticatorAssertionResponse) {
    parts["authenticatorData"] = toText(response.authenticatorData);
    parts["signature"] = toText(response.signature);
    parts["userHandle"] = toText(response.userHandle);
  }
  return JSON.stringify({
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    response: parts,
    clientExtensionResults: credential.getClientExtensionResults(),
    ...(credential.authenticatorAttachment ? { authenticatorAttachment: credential.authenticatorAttachment } : {}),
  });
}

/** The sentence for what went wrong; browsers tell little, so that nobody can be tracked by it. */
function sentence(error: unknown): string {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "InvalidStateError") return gettext("This device has a passkey for your account already.");
  if (name === "NotAllowedError") return gettext("It was cancelled, took too long, or there is no passkey for this site here.");
  return gettext("That did not work. Try again, or choose another way.");
}

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-passkey]")) {
  const trouble = form.querySelector<HTMLElement>("[data-passkey-trouble]");
  const place = form.querySelector<HTMLInputElement>("input[name=credential]");
  const button = form.querySelector<HTMLButtonElement>("button:not([type=button])");
  const tell = (text: string) => {
    if (!trouble) return;
    trouble.textContent = text;
    trouble.hidden = text === "";
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    tell("");
    if (!place || !("PublicKeyCredential" in window)) {
      tell(gettext("This browser does not know passkeys, or the site is not reached by https."));
      return;
    }
    if (button) button.disabled = true;
    try {
      const options = await optionsFor(form);
      const credential = form.dataset["passkey"] === "add" ? await add(form, options as Creation) : await use(options as Request);
      if (!(credential instanceof PublicKeyCredential)) throw new Error("nothing came");
      place.value = asJson(credential);
      form.submit();
    } catch (error) {
      tell(sentence(error));
      if (button) button.disabled = false;
    }
  });
}
