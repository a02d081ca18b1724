// Checks one history of registers with porcupine and prints what it took, as JSON. Reading the file is not counted.
//
// Usage: porcupine-driver FILE SECONDS. A line of FILE is an operation: kind (0 read, 1 write, 2 exchange), key, expected,
// new or seen value, call, return (-1: unknown), 1 if the exchange was refused.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/anishathalye/porcupine"
)

type input struct{ kind, key, from, to int }
type output struct {
	value            int
	refused, unknown bool
}

var register = porcupine.Model{
	Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
		byKey := map[int][]porcupine.Operation{}
		for _, op := range history {
			key := op.Input.(input).key
			byKey[key] = append(byKey[key], op)
		}
		parts := [][]porcupine.Operation{}
		for _, part := range byKey {
			parts = append(parts, part)
		}
		return parts
	},
	Init: func() interface{} { return 0 },
	Step: func(state, in, out interface{}) (bool, interface{}) {
		s, i, o := state.(int), in.(input), out.(output)
		switch i.kind {
		case 0:
			return o.unknown || o.value == s, s
		case 1:
			return true, i.to
		}
		if o.unknown {
			if s == i.from {
				return true, i.to
			}
			return true, s
		}
		if o.refused {
			return s != i.from, s
		}
		return s == i.from, i.to
	},
}

func read(path string) []porcupine.Operation {
	file, err := os.Open(path)
	if err != nil {
		panic(err)
	}
	defer file.Close()
	history := []porcupine.Operation{}
	last := int64(0)
	scanner := bufio.NewScanner(file)
	for client := 0; scanner.Scan(); client++ {
		n := make([]int, 7)
		for i, field := range strings.Fields(scanner.Text()) {
			n[i], _ = strconv.Atoi(field)
		}
		op := porcupine.Operation{ClientId: client, Input: input{n[0], n[1], n[2], n[3]}, Call: int64(n[4]), Return: int64(n[5])}
		op.Output = output{value: n[3], refused: n[6] == 1, unknown: n[5] < 0}
		last = max(last, op.Call, op.Return)
		history = append(history, op)
	}
	for i := range history {
		if history[i].Return < 0 {
			last++
			history[i].Return = last
		}
	}
	return history
}

func cpu() float64 {
	var usage syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e6
}

func main() {
	history := read(os.Args[1])
	seconds, _ := strconv.Atoi(os.Args[2])
	before, start := cpu(), time.Now()
	result := porcupine.CheckOperationsTimeout(register, history, time.Duration(seconds)*time.Second)
	var usage syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	line, _ := json.Marshal(map[string]interface{}{
		"verdict": string(result), "cpuMs": cpu() - before, "wallMs": float64(time.Since(start).Microseconds()) / 1e3, "peakBytes": usage.Maxrss * 1024,
	})
	fmt.Println(string(line))
}
