// Runs nightscout-connect's own loop with a Nightscout as its source; prints the first batch it reads and ends.
//   node read-nightscout.js URL
const { interpret } = require('xstate');
const axios = require('axios');
const builder = require('nightscout-connect/lib/builder');
const sources = require('nightscout-connect/lib/sources');

const say = console.log;
console.log = () => {};

const driver = sources({ kind: 'nightscout' });
const { ok, errors, config } = driver.validate({ sourceEndpoint: process.argv[2] });
if (!ok) throw new Error(JSON.stringify(errors));

const make = builder({
  output: (batch) => {
    say(JSON.stringify(batch));
    process.exit(0);
  },
});
driver(config, axios).generate_driver(make);
const actor = interpret(make());
actor.start();
actor.send({ type: 'START' });
