// The same designs as React Flow draws them: cards of about our size and content, its own panning, zooming and dragging,
// and every setting of its own advice on speed that does not take anything away.
import { Background, Handle, Position, ReactFlow, useEdgesState, useNodesState } from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import "./page.css";
import { memo } from "react";
import { createRoot } from "react-dom/client";

const { design, visibleOnly } = window.flow;

const Card = memo(function Card({ data }) {
  return (
    <div className="card">
      <Handle type="target" position={Position.Left} />
      <div className="head"><span className="title">{data.title}</span></div>
      <div className="now"><span>{data.rate}</span><b>{data.load}</b></div>
      <div className="load"><i style={{ transform: `scaleX(${data.share})` }} /></div>
      <Handle type="source" position={Position.Right} />
    </div>
  );
});

const nodeTypes = { card: Card };
const firstNodes = design.nodes.map((node) => ({
  id: String(node.id),
  type: "card",
  position: { x: node.at[0], y: node.at[1] },
  data: { title: node.name, rate: "120/s", load: "37 %", share: 0.37 },
}));
const firstEdges = design.links.map(([from, to], index) => ({ id: `l${index}`, source: String(from), target: String(to) }));

function Page() {
  const [nodes, , onNodesChange] = useNodesState(firstNodes);
  const [edges, , onEdgesChange] = useEdgesState(firstEdges);
  return (
    <ReactFlow nodes={nodes} edges={edges} nodeTypes={nodeTypes} onNodesChange={onNodesChange} onEdgesChange={onEdgesChange}
      minZoom={0.1} maxZoom={4} defaultViewport={window.flow.viewport} panOnScroll snapToGrid snapGrid={[15, 15]}
      onlyRenderVisibleElements={visibleOnly}>
      <Background />
    </ReactFlow>
  );
}

createRoot(document.getElementById("root")).render(<Page />);
