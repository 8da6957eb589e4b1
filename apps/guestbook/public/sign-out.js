// Shows in every tab that the visitor signed out in one of them.
const tabs = new BroadcastChannel('sign-out')
if (document.currentScript.dataset.done) tabs.postMessage('')
else tabs.onmessage = () => location.replace('/?done=signed-out')
