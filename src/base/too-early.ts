// What a webhook is answered that comes before the App.

/**
 * How a signed webhook is answered while the App is being set up: it got here, and is to be sent again. No proxy in front says so by itself.
 * https://www.rfc-editor.org/rfc/rfc8470#section-5.2
 */
export const tooEarly = 425;
