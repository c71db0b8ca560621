/** Loaded before the program: a machine whose clock is wrong by so many seconds. */
const now = Date.now;
Date.now = () => now() + Number(process.env.SF_OPS_TEST_CLOCK_AHEAD) * 1000;
