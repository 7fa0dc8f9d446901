declare const brand: unique symbol;

/** A nominal type: only its own constructor makes such a `T`. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
