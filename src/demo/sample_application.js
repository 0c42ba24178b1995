// The only script of the demonstration, and of the sample application alone: gatehouse's own pages have none.
const said = document.getElementById("socket");
const ticks = document.getElementById("events");

const socket = new WebSocket(location.origin.replace("http", "ws") + "/app/socket");
socket.onopen = () => { said.textContent = "Connected.\n"; };
socket.onmessage = (message) => { said.textContent += "came back: " + message.data + "\n"; };
socket.onclose = (end) => { said.textContent += "closed: " + end.code + " " + end.reason + "\n"; };
document.getElementById("say").onsubmit = (event) => {
  event.preventDefault();
  socket.send(new FormData(event.target).get("text"));
};

const events = new EventSource("/app/events");
events.onmessage = (event) => { ticks.textContent = "tick " + event.data; };
events.onerror = () => { ticks.textContent += " (the stream has ended)"; };
