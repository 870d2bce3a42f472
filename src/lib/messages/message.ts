/** A text, or the forms of a text by plural category; `count` chooses. */
export type Message = string | { readonly one: string; readonly other: string };
