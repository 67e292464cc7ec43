// api.js - requests to the server, and the two ways in which they fail.

const TIMEOUT_MS = 15000;

// What status 403 means for the page.
export const STRANGER = 'The server has been started anew: open the address that it printed, ' +
    'in this or another tab.';

// The server answered, and said no.
export class Refused extends Error {
    constructor(status, answer) {
        super(answer?.error ?? `the server answered with status ${status}`);
        this.status = status;
        this.answer = answer ?? {};
    }
}

// No answer came.
export class Unreachable extends Error {}

export class Api {
    constructor(who) {
        this.who = who; // '' = whoever the server was started for
    }

    async request(path, options) {
        let response, answer = null;
        try {
            response = await fetch(path, { credentials: 'same-origin', cache: 'no-store',
                                           signal: AbortSignal.timeout(TIMEOUT_MS),
                                           ...options });
            answer = await response.json();
        } catch (error) {
            if (response === undefined || response.ok)
                throw new Unreachable(error.message);
        }
        if (!response.ok)
            throw new Refused(response.status, answer);
        return answer;
    }

    get(path) {
        const join = path.includes('?') ? '&' : '?';
        const who = this.who === '' ? '' : `${join}who=${encodeURIComponent(this.who)}`;
        return this.request(path + who, {});
    }

    post(path, body, keepalive = false) {
        const headers = { 'Content-Type': 'application/json' };
        if (this.who !== '')
            headers['Septum-Who'] = encodeURIComponent(this.who);
        return this.request(path, { method: 'POST', headers, keepalive,
                                    body: JSON.stringify(body) });
    }
}
