import fc from 'fast-check';

/** The same cases each time, so that what fails is the code and not the day; `npm run test:long` draws others. */
fc.configureGlobal({ seed: Number(process.env.PROPERTY_SEED ?? 1) });
