// The Deepgram plugin has no option for Deepgram's `tag`, by which the simulator knows whose audio it hears. The call's
// id is therefore given as a `keyterm`, which the plugin does pass on, and renamed here on its way out. This touches the
// path of one kind of request when a stream is opened and nothing else; the plugin's source is as published.

import http from 'node:http';

const send = http.request;
http.request = function request(options, ...rest) {
  if (options.path?.startsWith('/v1/listen?')) options.path = options.path.replace('keyterm=CA', 'tag=CA');
  return send.call(this, options, ...rest);
};
