/** Where the app keeps the built-in model that reads goals, and which bytes it must be. */
export const MODEL_PATH = '/models/goal-reader.bin';
export const MODEL_SHA256 = 'aa0031b9c777dee45b724e9b7f60bc3e7063b2412d2c03e719d855662d7783de';
