// What this browser remembers of its user's taste. Decides only how a missing or blocked store is
// borne: as if nothing had been kept. Nothing of citizens may be kept here.

export function recall(name: string): string | null {
  try {
    return localStorage.getItem(`hotline.${name}`);
  } catch {
    return null;
  }
}

export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(`hotline.${name}`, value);
  } catch {
    // A browser that keeps nothing asks again next time.
  }
}
