/**
 * The script that shows a sign-out in every tab of the browser. A page without a session tells the tabs
 * that have pages with one, and these open the home page, whose content depends on the session alone.
 */
export const tabsScript = `
const tabs = new BroadcastChannel('sign-out')
if (document.currentScript.dataset.session) tabs.onmessage = () => location.replace('/')
else tabs.postMessage('')
`
