/** Where the app keeps the built-in model that reads goals, and which bytes it must be. */
export const MODEL_PATH = '/models/goal-reader.bin';
export const MODEL_SHA256 = '062aa2834e0618339e0debb6d40e48b6aa7ce2c3b109ba2e1dd17c989106960e';
