// The last resort: answers as a file that only the system can open, to be handed in later or from another device.

const PURPOSE = new TextEncoder().encode("nep sealed file 1");

const inBase64 = (bytes) => btoa(Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join(""));
const fromBase64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/** Whether this browser can seal here: only on pages that came over HTTPS, or from this computer. */
export const canSeal = Boolean(globalThis.crypto?.subtle);

/** Seal a text for whoever has the private key; see core/sealing.py. */
async function seal(text, publicKey) {
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const theirs = await crypto.subtle.importKey("raw", fromBase64(publicKey), curve, false, []);
  const ours = await crypto.subtle.generateKey(curve, false, ["deriveBits"]);
  const point = await crypto.subtle.exportKey("raw", ours.publicKey);
  const agreed = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, ours.privateKey, 256);
  const material = await crypto.subtle.importKey("raw", agreed, "HKDF", false, ["deriveKey"]);
  const key = await crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: point, info: PURPOSE },
    material, { name: "AES-GCM", length: 256 }, false, ["encrypt"],
  );
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv: nonce, additionalData: PURPOSE }, key, new TextEncoder().encode(text),
  );
  return JSON.stringify({ key: inBase64(point), nonce: inBase64(nonce), sealed: inBase64(sealed) });
}

/** Give the person a file of what would be sent: the bodies of saves, in order. */
export async function download(attempt, saves, publicKey) {
  const text = await seal(JSON.stringify({ attempt, saves }), publicKey);
  const address = URL.createObjectURL(new Blob([text], { type: "application/octet-stream" }));
  const anchor = document.createElement("a");
  anchor.href = address;
  anchor.download = `bai-lam-${attempt}.nep`;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
