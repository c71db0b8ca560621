/** Loaded before the program: the moment at which the sample cluster was made, so that ages are the same in every run. */
const MOMENT = Number(process.env.SF_OPS_TEST_NOW) * 1000;
Date.now = () => MOMENT;
