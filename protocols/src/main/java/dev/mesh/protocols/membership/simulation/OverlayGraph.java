package dev.mesh.protocols.membership.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;

/** An undirected graph and what is asked of it; vertices are numbers from 0. */
final class OverlayGraph {
  private final int[][] edges;

  /** {@code edges[v]}: the neighbours of {@code v}; each edge is there both ways. */
  OverlayGraph(List<List<Integer>> edges) {
    this.edges =
        edges.stream()
            .map(all -> all.stream().mapToInt(Integer::intValue).toArray())
            .toArray(int[][]::new);
  }

  int size() {
    return edges.length;
  }

  int degree(int vertex) {
    return edges[vertex].length;
  }

  /** How many have each degree, from 0 on. */
  List<Integer> degrees() {
    int most = Arrays.stream(edges).mapToInt(all -> all.length).max().orElse(0);
    List<Integer> counts = new ArrayList<>(Collections.nCopies(most + 1, 0));
    Arrays.stream(edges).forEach(all -> counts.set(all.length, counts.get(all.length) + 1));
    return counts;
  }

  /** The connected components, the largest first. */
  List<BitSet> components() {
    BitSet seen = new BitSet();
    List<BitSet> components = new ArrayList<>();
    for (int start = 0; start < size(); start++) {
      if (!seen.get(start)) {
        BitSet reached = reachedFrom(start);
        seen.or(reached);
        components.add(reached);
      }
    }
    components.sort(Comparator.comparingInt(it -> -it.cardinality()));
    return components;
  }

  private BitSet reachedFrom(int start) {
    BitSet reached = new BitSet();
    Deque<Integer> open = new ArrayDeque<>(List.of(start));
    reached.set(start);
    while (!open.isEmpty()) {
      for (int next : edges[open.pop()]) {
        if (!reached.get(next)) {
          reached.set(next);
          open.push(next);
        }
      }
    }
    return reached;
  }

  /** Vertices whose loss would split their component (Tarjan 1972). */
  int cutPoints() {
    return new CutPoints().count();
  }

  /** A walk in depth, without recursion: paths are as long as the graph is large. */
  private final class CutPoints {
    private final int[] order = new int[size()];
    private final int[] low = new int[size()];
    private final int[] parent = new int[size()];
    private final int[] next = new int[size()];
    private final BitSet cuts = new BitSet();
    private final Deque<Integer> path = new ArrayDeque<>();
    private int met;

    int count() {
      for (int root = 0; root < size(); root++) {
        if (order[root] == 0) {
          cuts.set(root, walk(root) > 1);
        }
      }
      return cuts.cardinality();
    }

    /** How many branches of the walk begin at {@code root}. */
    private int walk(int root) {
      int branches = 0;
      meet(root, -1);
      while (!path.isEmpty()) {
        int at = path.peek();
        if (next[at] == edges[at].length) {
          leave(at, root);
        } else {
          int to = edges[at][next[at]++];
          if (order[to] == 0) {
            branches += at == root ? 1 : 0;
            meet(to, at);
          } else if (to != parent[at]) {
            low[at] = Math.min(low[at], order[to]);
          }
        }
      }
      return branches;
    }

    private void meet(int vertex, int from) {
      met++;
      order[vertex] = met;
      low[vertex] = met;
      parent[vertex] = from;
      path.push(vertex);
    }

    private void leave(int vertex, int root) {
      path.pop();
      int up = parent[vertex];
      if (up >= 0) {
        low[up] = Math.min(low[up], low[vertex]);
        if (up != root && low[vertex] >= order[up]) {
          cuts.set(up);
        }
      }
    }
  }
}
