import '#adapters/noble/sha256.ts';
export const planted = 1;
