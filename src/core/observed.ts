/** What a look at the world brought: a value, or the reason why there is none. "Cannot tell" is never yes or no. */
export type Observed<T> = { readonly value: T } | { readonly unknown: string };
