/** A catalogue with exactly the keys of another one: what is missing or left over is an error. */
export type SameKeys<Area> = { readonly [Key in keyof Area]: string };
